-- +goose Up

-- When its person first opened a message, 0 where nobody said so.
ALTER TABLE deliveries ADD COLUMN read_at BIGINT NOT NULL DEFAULT 0;
