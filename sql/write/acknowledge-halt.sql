-- role: halt
-- params: none
-- returns: one
-- Returns when no writer is in flight.
SELECT cutter_runtime.acknowledge_halt()::text AS done
