-- role: exec|verify
-- params: none
-- returns: none
-- prepare: no (a utility statement)
-- Deferred triggers must act before the rows are counted.
SET CONSTRAINTS ALL IMMEDIATE
