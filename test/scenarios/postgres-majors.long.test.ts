// A whole run on every major that can be had, with every client that may go with it: precheck, cut, signatures, enactment, revert.
import { afterAll, expect, test } from "vitest";
import { governedHost, LAW } from "../support/governed-host.ts";
import { prepareMajors } from "../support/postgres-majors.ts";

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

test.each(combinations.filter(({ server, client }) => client < server))(
  "a server $server with programs $client: precheck and cut say which package to install",
  async ({ server, client }) => {
    const host = await governedHost(majors.installation(server, client));
    try {
      const precheck = await host.cutter("precheck");
      expect(precheck).toMatchObject({ stop: "STOP_PRECHECK_FAILED" });
      expect(precheck.stderr).toContain(`postgresql-${server}`);
    } finally {
      await host.remove();
    }
  },
);
