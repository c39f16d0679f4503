-- +goose Up

-- When the people a ticket waits for are reminded next, and somebody named is told that
-- it waits too long; 0 is never. watch_at is the earlier of the two.
ALTER TABLE tickets ADD COLUMN watch_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN remind_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN escalate_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN reminded BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN nudged_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX tickets_watch ON tickets (watch_at) WHERE watch_at > 0;
