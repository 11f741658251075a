import fc from "fast-check";
import { expect, test } from "vitest";
import { ABSENT, drift } from "../../../infra/drift.ts";
import type { Facts, Found, Spec, Wanted } from "../../../infra/drift.ts";

// A host as declared: a forest of things, the first words of a path being the thing it lies in.
const host = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z_'"\\$()\n]{1,8}$/), fc.nat(), fc.string(), fc.boolean()), {
    minLength: 1,
    maxLength: 20,
    selector: ([name]) => name,
  })
  .map((things) => {
    const paths = things.map(([name, pick], index): string =>
      index === 0 || pick % 3 === 0 ? name : `${things[pick % index]?.[0] ?? ""}`,
    );
    return Object.fromEntries(
      things.map(([name, , state], index): [string, Wanted] => {
        const parent = paths[index];
        return [
          name,
          {
            component: `c${index % 3}`,
            state,
            up: "mends it",
            ...(parent === undefined || parent === name ? {} : { parent }),
          },
        ];
      }),
    );
  });

const asDeclared = (spec: Spec): Record<string, Found> =>
  Object.fromEntries(
    Object.entries(spec).map(([path, { component, state, parent }]) => [
      path,
      { component, state, ...(parent === undefined ? {} : { parent }) },
    ]),
  );

test("a host that is as declared gives no line", () => {
  fc.assert(
    fc.property(host, (spec) => {
      expect(drift(spec, asDeclared(spec))).toEqual([]);
    }),
  );
});

test("one changed state gives exactly one line that names its path, both states and what up does", () => {
  fc.assert(
    fc.property(host, fc.nat(), (spec, pick) => {
      const facts = asDeclared(spec);
      const path = Object.keys(spec)[pick % Object.keys(spec).length] ?? "";
      const was = spec[path]?.state ?? "";
      facts[path] = { ...facts[path], component: "c", state: `${was}!` };
      expect(drift(spec, facts)).toEqual([
        { component: spec[path]?.component, path, want: was, have: `${was}!`, up: "mends it" },
      ]);
    }),
  );
});

test("one missing thing gives exactly one line, whatever lay in it", () => {
  fc.assert(
    fc.property(host, fc.nat(), (spec, pick) => {
      const facts = asDeclared(spec);
      const path = Object.keys(spec)[pick % Object.keys(spec).length] ?? "";
      const liesIn = (one: string): boolean =>
        one === path || (facts[one]?.parent !== undefined && liesIn(facts[one].parent));
      const gone = Object.keys(facts).filter(liesIn);
      const left = Object.fromEntries(Object.entries(facts).filter(([one]) => !gone.includes(one)));
      expect(drift(spec, left).map((line) => [line.path, line.have])).toEqual([[path, ABSENT]]);
    }),
  );
});

test("one thing too many gives exactly one line, and none once it is known", () => {
  fc.assert(
    fc.property(host, fc.string(), (spec, state) => {
      const facts = { ...asDeclared(spec), "an extra": { component: "c0", state } };
      expect(drift(spec, facts).map(({ path, want, have }) => ({ path, want, have }))).toEqual([
        { path: "an extra", want: ABSENT, have: state },
      ]);
      expect(drift(spec, facts, ["an extra"])).toEqual([]);
    }),
  );
});

test("the order in which things are declared or found changes nothing", () => {
  fc.assert(
    fc.property(host, host, (spec, other) => {
      const facts = asDeclared(other);
      const turned = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
        Object.fromEntries(Object.entries(record).reverse());
      expect(drift(turned(spec), turned(facts))).toEqual(drift(spec, facts));
    }),
  );
});

test("no line if and only if declared and found are equal", () => {
  fc.assert(
    fc.property(host, host, (spec, other) => {
      const facts = asDeclared(other);
      const equal = Object.keys({ ...spec, ...facts }).every((path) => spec[path]?.state === facts[path]?.state);
      expect(drift(spec, facts).length === 0).toBe(equal);
    }),
  );
});

const spec: Spec = {
  "/c.json": { component: "config", state: "file", up: "writes it" },
  "config a": { component: "config", state: "sha256:1", show: '"one"', parent: "/c.json", up: "writes it" },
  "bytes of /c.json": { component: "config", state: "sha256:9", parent: "/c.json", up: "writes it", whole: true },
};
const found = (state: string): Found => ({ component: "config", state, parent: "/c.json" });
const facts: Facts = {
  "/c.json": { component: "config", state: "file" },
  "config a": found("sha256:1"),
  "bytes of /c.json": found("sha256:9"),
};

test("a changed key is told by its key and not also by the bytes of its file", () => {
  expect(drift(spec, { ...facts, "config a": found("sha256:2"), "bytes of /c.json": found("sha256:8") })).toEqual([
    { component: "config", path: "config a", want: '"one"', have: "sha256:2", up: "writes it" },
  ]);
});

test("changed bytes behind equal keys are told by the file", () => {
  expect(drift(spec, { ...facts, "bytes of /c.json": found("sha256:8") }).map(({ path }) => path)).toEqual([
    "bytes of /c.json",
  ]);
});

test("a truncated file is told once", () => {
  expect(
    drift(spec, {
      "/c.json": { component: "config", state: "file, not JSON", closed: true },
      "bytes of /c.json": found("sha256:8"),
    }).map(({ path }) => path),
  ).toEqual(["/c.json"]);
});

test("a known path that is declared is judged all the same", () => {
  expect(drift(spec, {}, ["/c.json"]).map(({ path }) => path)).toEqual(["/c.json"]);
});

test("names of JavaScript's own are names like any other", () => {
  expect(drift({}, { ["constructor"]: found("x") }).map(({ path }) => path)).toEqual(["constructor"]);
});
