-- +goose Up

-- How long it took from the event to the provider's acceptance, kept with each delivery, and
-- what the list of deliveries can be sorted by.
ALTER TABLE deliveries ADD COLUMN took_ms BIGINT NOT NULL DEFAULT 0;
UPDATE deliveries SET took_ms = coalesce((SELECT CASE WHEN a.started_at + a.duration_us / 1000 > deliveries.created_at
    THEN a.started_at + a.duration_us / 1000 - deliveries.created_at ELSE 1 END
    FROM attempts a WHERE a.delivery_id = deliveries.id AND a.outcome = 'accepted' ORDER BY a.number LIMIT 1), 0);
CREATE INDEX deliveries_took ON deliveries (took_ms, created_at, id);
CREATE INDEX deliveries_tries ON deliveries (attempts, created_at, id);

-- +goose Down
DROP INDEX deliveries_tries;
DROP INDEX deliveries_took;
ALTER TABLE deliveries DROP COLUMN took_ms;
