-- +goose Up

-- Every delivery was written into these three times over, for lists that are sorted once a
-- day: the newest ten thousand are sorted as they are asked for instead.
DROP INDEX deliveries_tries;
DROP INDEX deliveries_took;

-- +goose Down
CREATE INDEX deliveries_took ON deliveries (took_ms, created_at, id);
CREATE INDEX deliveries_tries ON deliveries (attempts, created_at, id);
