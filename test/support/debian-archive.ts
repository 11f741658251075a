// Where this machine's apt gets Debian from: tests that lay another release or other packages reach the archive by the same address.
import { execFileSync } from "node:child_process";

/** Address of Debian's archive, as apt of this machine knows it; undefined where it names none. */
export function debianArchive(): string | undefined {
  const lines = execFileSync("apt-get", ["indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages"]);
  return /^Debian (\S+\/debian\/?)$/m.exec(lines.toString())?.[1];
}
