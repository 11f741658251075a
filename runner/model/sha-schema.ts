// The one schema of a digest, for every file and answer that carries one.
import * as z from "zod";
import { SHA256 } from "./ids.ts";

/** A SHA-256 as 64 lower-case hex digits. */
export const sha = z.string().regex(SHA256);
