// Named parameters on their way to $1 to $n. What the compiler must refuse is written as types, which tsc checks.
import { expect, expectTypeOf, test } from "vitest";
import { bound } from "../../../../runner/adapters/statements.ts";
import type { ArgumentsOf, ParamsOf } from "../../../../runner/model/params.ts";

test("named values reach the statement in the order of its header, whatever the order they are written in", () => {
  const { text, values } = bound("write/open-run", {
    holder: "process 7",
    release: "r",
    actor: "minh",
    host: "sandbox",
    document_id: "SAMPLE-1",
    run_id: "ictr-1",
  });
  expect(values).toEqual(["ictr-1", "SAMPLE-1", "sandbox", "minh", "r", "process 7"]);
  expect(text).toContain("cutter_runtime.open_run($1, $2, $3, $4, $5, $6)");
});

test("a statement without parameters is asked with none", () => {
  expect(bound("read/database-now").values).toEqual([]);
  expectTypeOf<ArgumentsOf<"read/database-now">>().toEqualTypeOf<[]>();
  expectTypeOf<ArgumentsOf<"read/run">>().toEqualTypeOf<[params: { readonly run_id: string }]>();
});

test("the types of the header decide what a value may be", () => {
  expectTypeOf<ParamsOf<"write/take-lease">["gone_holder"]>().toEqualTypeOf<string | null>();
  expectTypeOf<ParamsOf<"write/take-lease">["holder"]>().toEqualTypeOf<string>();
  expectTypeOf<ParamsOf<"write/create-units">["parent_addresses"]>().toEqualTypeOf<readonly (string | null)[]>();
  expectTypeOf<ParamsOf<"write/create-units">["ordinals"]>().toEqualTypeOf<readonly number[]>();
  expectTypeOf<ParamsOf<"write/admit">["statement"]>().toEqualTypeOf<Uint8Array>();
});
