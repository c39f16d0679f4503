-- +goose Up

-- The overview counts what waits and finds the oldest of it in this index alone.
DROP INDEX deliveries_status;
CREATE INDEX deliveries_status ON deliveries (status, channel, created_at);

-- +goose Down
DROP INDEX deliveries_status;
CREATE INDEX deliveries_status ON deliveries (status, channel);
