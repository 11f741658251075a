// A whole run on every major that can be had, with every client that may go with it: precheck, cut, signatures, enactment, revert.
import { copyFileSync, cpSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { governedHost, LAW } from "../support/governed-host.ts";
import { CLIENT_PROGRAMS, prepareMajors } from "../support/postgres-majors.ts";

const majors = prepareMajors();
afterAll(() => majors.remove());
for (const what of majors.missing) process.stdout.write(`not to be had on this machine, so not tested: ${what}\n`);

const combinations = majors.servers.flatMap((server) => majors.clients.map((client) => ({ server, client })));

// One folder with the server's programs of one major and the clients of another: scratch servers are the source's major, the dump is newer.
test.each(combinations.filter(({ server, client }) => client >= server))(
  "a server $server with programs $client: a document is cut, enacted and its run verified",
  async ({ server, client }) => {
    const host = await governedHost(majors.installation(server, client));
    try {
      const runId = await host.authorized("MAJORS", LAW);
      expect(await host.cutter("orchestrate", "resume", runId)).toMatchObject({
        status: 3,
        stop: "STOP_APPROVAL_REQUIRED",
      });
      await host.authorizeEnactment(runId);
      expect(await host.cutter("orchestrate", "resume", runId)).toMatchObject({ status: 0, stop: undefined });
      expect(await host.cutter("orchestrate", "verify", runId)).toMatchObject({ status: 0 });
      expect(
        await host.sql(
          "SELECT count(*)::int AS units FROM public.information_unit WHERE canonical_address LIKE 'MAJORS%' AND lifecycle_status = 'enacted'",
        ),
      ).toEqual([{ units: 3 }]);
    } finally {
      await host.remove();
    }
  },
);

const TOO_OLD = combinations.filter(({ server, client }) => client < server);

test.each(TOO_OLD)(
  "a server $server with programs $client: up lays no host and says which package to install",
  async ({ server, client }) => {
    await expect(governedHost(majors.installation(server, client))).rejects.toThrow(
      new RegExp(
        `^host-programs: .* is of PostgreSQL ${client}, for a server of PostgreSQL ${server}: .*postgresql-${server}`,
      ),
    );
  },
);

test.each(TOO_OLD)(
  "a server $server whose programs become $client after up: precheck and cut say which package to install",
  async ({ server, client }) => {
    const fitting = majors.installation(server, Math.max(...majors.clients));
    cpSync(fitting, `${fitting}-kept`, { recursive: true });
    const host = await governedHost(fitting);
    try {
      await host.register("MAJORS", LAW);
      for (const program of CLIENT_PROGRAMS)
        copyFileSync(join(majors.installation(server, client), program), join(fitting, program));
      const precheck = await host.cutter("precheck");
      expect(precheck).toMatchObject({ stop: "STOP_PRECHECK_FAILED" });
      const cut = await host.cutter("orchestrate", "cut", "MAJORS");
      expect(cut).toMatchObject({ stop: "STOP_BACKUP_FAILED" });
      for (const { stderr } of [precheck, cut]) expect(stderr).toContain(`postgresql-${server}`);
    } finally {
      await host.remove();
      cpSync(`${fitting}-kept`, fitting, { recursive: true });
    }
  },
);
