// Provisioning hands PostgreSQL a verifier: the password itself stands in no statement, so in no log, and still opens the door.
import pg from "pg";
import { expect, test } from "vitest";
import { scramVerifier } from "../../runner/adapters/scram-verifier.ts";
import { freshDatabase } from "../support/database.ts";

test.each(["plain-2024", "with 'quotes' and \\ and $1", "mật khẩu dài"])(
  "a role logs in with %j, of which the server only ever saw a verifier",
  async (password) => {
    const database = await freshDatabase({ packages: [] });
    const role = `v_${database.name}`;
    try {
      const verifier = scramVerifier(password);
      expect(verifier).toMatch(/^SCRAM-SHA-256\$4096:[\w+/=]{24}\$[\w+/=]{44}:[\w+/=]{44}$/);
      await database.rows(`CREATE ROLE ${role} LOGIN PASSWORD '${verifier}'`);
      expect(await database.rows("SELECT rolpassword AS kept FROM pg_authid WHERE rolname = $1", [role])).toEqual([
        { kept: verifier },
      ]);
      const client = new pg.Client({ ...database.settings(), user: role, password });
      await client.connect();
      await client.end();
      const wrong = new pg.Client({ ...database.settings(), user: role, password: `${password}x` });
      await expect(wrong.connect()).rejects.toMatchObject({ code: "28P01" });
    } finally {
      await database.rows(`DROP ROLE IF EXISTS ${role}`);
      await database.drop();
    }
  },
);
