-- +goose Up

-- Every delivery was written into this twice, for the renewal of leases that outlast a few
-- seconds: whoever holds a lease says for which deliveries instead.
DROP INDEX deliveries_held;

-- +goose Down
CREATE INDEX deliveries_held ON deliveries (lease) WHERE lease <> '';
