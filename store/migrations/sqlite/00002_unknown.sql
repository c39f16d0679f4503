-- +goose Up

-- unknown_since is when an attempt ended first of which nobody can tell whether the
-- provider took the message.
ALTER TABLE deliveries ADD COLUMN unknown_since BIGINT NOT NULL DEFAULT 0;
