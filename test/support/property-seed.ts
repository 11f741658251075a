// Property tests draw the same cases every time, so that a red run is red because of its commit.
// To look for new cases: `PROPERTY_SEED=$RANDOM npm run test:unit`; what is found becomes a test of its own.
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env["PROPERTY_SEED"] ?? 20_261_120) });
