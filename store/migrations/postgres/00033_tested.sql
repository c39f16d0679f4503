-- +goose Up

-- The last test of what is saved, where it failed; test_early is whether it failed at what a
-- check tries as well. seen_ip is the address the provider named as ours.
ALTER TABLE vitals ADD COLUMN test_failed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE vitals ADD COLUMN test_code TEXT NOT NULL DEFAULT '';
ALTER TABLE vitals ADD COLUMN test_message TEXT NOT NULL DEFAULT '';
ALTER TABLE vitals ADD COLUMN test_class TEXT NOT NULL DEFAULT '';
ALTER TABLE vitals ADD COLUMN test_early BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE vitals ADD COLUMN seen_ip TEXT NOT NULL DEFAULT '';
ALTER TABLE vitals ADD COLUMN seen_ip_at BIGINT NOT NULL DEFAULT 0;

-- Who switched the channel on or off last.
ALTER TABLE channels ADD COLUMN switched_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN switched_by TEXT NOT NULL DEFAULT '';
