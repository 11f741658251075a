// A bare Debian in a folder of its own: the first command installs what is missing, leaves no database cluster running, and `npm run doctor`
// is green. The packages come from the archive that apt of this machine is set to.
import { build } from "esbuild";
import { execa } from "execa";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { projectRoot } from "../../infra/place.ts";
import { programPath } from "../../scripts/build/programs.mjs";
import { debianArchive } from "../support/debian-archive.ts";
import { SOURCES } from "../support/project-copy.ts";

const LONG = 1_200_000;
const PATH = "/opt/node/bin:/usr/sbin:/usr/bin:/sbin:/bin";
let root: string | undefined;

afterEach(() => {
  if (root !== undefined) rmSync(root, { recursive: true, force: true });
  root = undefined;
});

/** Address of Debian's archive, as apt of this machine knows it. */
function archive(): string {
  const found = debianArchive();
  if (found === undefined) throw new Error("apt of this machine names no archive of Debian");
  return found;
}

async function bareDebian(release: string): Promise<string> {
  const debootstrap = programPath("debootstrap");
  if (debootstrap === undefined) throw new Error("missing: debootstrap (Debian package debootstrap)");
  const folder = mkdtempSync("/tmp/bare-");
  root = folder;
  await execa(debootstrap, ["--variant=minbase", release, folder, archive()]);
  // Only Acquire settings (a proxy, a time limit) are taken over, so that the archive is reached as from here.
  const settings = execFileSync("apt-config", ["dump", "Acquire::http"]).toString();
  writeFileSync(join(folder, "etc/apt/apt.conf.d/90here"), settings.replace(/^.*ProxyAutoDetect.*$/gim, ""));
  const node = join(folder, "opt/node");
  mkdirSync(join(node, "bin"), { recursive: true });
  cpSync(realpathSync(process.execPath), join(node, "bin/node"));
  const npm = programPath("npm");
  if (npm === undefined) throw new Error("missing: npm");
  cpSync(dirname(dirname(realpathSync(npm))), join(node, "lib/node_modules/npm"), { recursive: true });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(node, "bin/npm"));
  for (const part of SOURCES) cpSync(join(projectRoot(), part), join(folder, "project", part), { recursive: true });
  mkdirSync(join(folder, "project/node_modules"));
  return folder;
}

interface Ended {
  readonly status: number | undefined;
  readonly text: string;
}

// Mounts and processes of the command end with it: both have a namespace of their own.
async function inside(folder: string, command: string): Promise<Ended> {
  const script = `set -e
mount -t proc proc "$1/proc"
mount --bind "$2" "$1/project/node_modules"
mount -o remount,bind,ro "$1/project/node_modules"
exec chroot "$1" /usr/bin/env -u NODE_EXTRA_CA_CERTS PATH=${PATH} HOME=/root TMPDIR=/tmp sh -c "cd /project && $3"`;
  const words = ["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh"];
  const done = await execa("unshare", [...words, folder, join(projectRoot(), "node_modules"), command], {
    stdin: "ignore",
    reject: false,
    all: true,
  });
  return { status: done.exitCode, text: done.all };
}

test.runIf(process.getuid?.() === 0).each([
  ["Debian 12", "bookworm", 15],
  ["Debian 13", "trixie", 17],
])(
  "a bare %s is refused with --no-install, is made ready by the first command without a question, and keeps no cluster",
  async (_name, release, major) => {
    const folder = await bareDebian(release);
    const refused = await inside(folder, "npm start -- --no-install");
    expect(refused.text).toContain(`missing: initdb (Debian package postgresql-${major})`);
    expect(refused.text).toMatch(/nothing was installed: --no-install$/);
    expect(refused.status).toBe(4);

    const installed = await inside(folder, "node scripts/build/bootstrap.mjs test");
    expect(installed).toMatchObject({ status: 0 });
    const doctor = await inside(folder, "npm run doctor");
    expect(doctor.text).toContain(`initdb: /usr/lib/postgresql/${major}/bin`);
    expect(doctor.text).not.toContain("MISSING");
    expect(doctor).toMatchObject({ status: 0 });

    expect(await inside(folder, "pg_lsclusters --no-header")).toEqual({ status: 0, text: "" });
    // The setting that keeps the cluster away is gone again: the package's files are as it laid them.
    expect(await inside(folder, "dpkg --verify postgresql-common")).toEqual({ status: 0, text: "" });
    expect((await inside(folder, "git --version && sudo --version")).status).toBe(0);
    if (release === "trixie") await signOutOfKeyboxd(folder);
  },
  LONG,
);

/** GnuPG 2.4 may leave a person's public keys to keyboxd: the part of `approve` that signs finds the key there. */
async function signOutOfKeyboxd(folder: string): Promise<void> {
  const source = join(projectRoot(), "scripts", "signing", "signing-agent.ts");
  const program = `import { signBytes } from ${JSON.stringify(source)};
const signer = { kind: "person-gpg", homedir: process.env["GNUPGHOME"] };
process.stdout.write(await signBytes(signer, process.argv[2], Buffer.from("a statement")));`;
  await build({
    stdin: { contents: program, resolveDir: projectRoot() },
    bundle: true,
    platform: "node",
    format: "esm",
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    outfile: join(folder, "srv", "sign.mjs"),
  });
  const script = `set -e
export GNUPGHOME=/srv/k DEBIAN_FRONTEND=noninteractive
apt-get install -y -qq keyboxd > /dev/null
mkdir -m 0700 $GNUPGHOME
echo use-keyboxd > $GNUPGHOME/common.conf
echo ignore-cache-for-signing > $GNUPGHOME/gpg-agent.conf
gpg --quiet --batch --passphrase '' --quick-generate-key linh ed25519 sign never
test ! -e $GNUPGHOME/pubring.kbx
fingerprint=$(gpg --with-colons --list-keys linh | grep -m1 ^fpr: | cut -d: -f10)
printf 'a statement' > /srv/statement
node /srv/sign.mjs $fingerprint > /srv/statement.sig
gpg --quiet --status-fd 1 --verify /srv/statement.sig /srv/statement
gpgconf --kill all
`;
  writeFileSync(join(folder, "srv", "keyboxd.sh"), script);
  const done = await inside(folder, "sh /srv/keyboxd.sh");
  expect(done).toMatchObject({ status: 0, text: expect.stringContaining("GOODSIG") as string });
}
