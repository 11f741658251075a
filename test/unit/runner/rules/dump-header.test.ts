// The head of a dump: one line may go, by name and place; every other byte stays.
import fc from "fast-check";
import { expect, test } from "vitest";
import { HEAD_CAP, headFor, headOf } from "../../../../runner/rules/dump-header.ts";

const TIMEOUT = "SET transaction_timeout = 0;\n";
const BEFORE =
  "--\n-- PostgreSQL database dump\n--\n\n\\restrict aBc123\n\n-- Dumped from database version 16.13\n-- Dumped by pg_dump version 17.12\n\nSET statement_timeout = 0;\nSET lock_timeout = 0;\n";
const AFTER =
  "SET client_encoding = 'UTF8';\nSELECT pg_catalog.set_config('search_path', '', false);\nSET row_security = off;\n\n";
const BODY = `CREATE TABLE public.a (t text);\n${TIMEOUT}COPY public.a FROM stdin;\n${TIMEOUT}\\.\n`;
const dump = BEFORE + TIMEOUT + AFTER + BODY;

test("a server of 16 gets the head of pg_dump 17 without transaction_timeout, the same line of a row stays", () => {
  const { text, rest, whole } = headOf(dump);
  expect([whole, rest]).toEqual([true, BODY]);
  expect(headFor(16, text) + rest).toBe(BEFORE + AFTER + BODY);
});

test("a server of 17 gets every byte", () => {
  const { text, rest } = headOf(dump);
  expect(headFor(17, text) + rest).toBe(dump);
});

test.each([
  ["another value", "SET transaction_timeout = 5;\n"],
  ["a setting nobody has named", "SET some_new_setting = 0;\n"],
  ["more on the line", "SET transaction_timeout = 0; -- now\n"],
])("%s stays in the head, and the restore says what it thinks of it", (_what, line) => {
  const { text, rest } = headOf(BEFORE + line + AFTER + BODY);
  expect(headFor(15, text) + rest).toBe(BEFORE + line + AFTER + BODY);
});

test("a head that never ends is given up and passes as it is", () => {
  const endless = "-- \n".repeat(HEAD_CAP);
  expect(headOf(endless.slice(0, HEAD_CAP + 1)).whole).toBe(true);
});

test("however the bytes fall into chunks, nothing but whole lines of the head is ever taken", () => {
  fc.assert(
    fc.property(
      fc
        .array(fc.constantFrom("SET a = b;\n", "-- x\n", TIMEOUT, "SET trans", "\n", "COPY a;\n", "\u00e9"))
        .map((parts) => parts.join("")),
      (text) => {
        const { text: head, rest } = headOf(text);
        expect(head + rest).toBe(text);
        expect(headFor(18, head)).toBe(head);
      },
    ),
  );
});
