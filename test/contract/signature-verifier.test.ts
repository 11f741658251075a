// Both real verifiers under one contract.
import { gpgvVerifier } from "../../runner/adapters/gpgv-verifier.ts";
import { openpgpVerifier } from "../../runner/adapters/openpgp-verifier.ts";
import { signatureVerifierContract } from "./signature-verifier.contract.ts";

signatureVerifierContract("openpgp", () => openpgpVerifier());
signatureVerifierContract("gpgv", (temporaryRoot) => gpgvVerifier({ temporaryRoot }));
