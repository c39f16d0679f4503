-- +goose Up

-- When the owner of a token was told that it ends soon, 0 before that.
ALTER TABLE tokens ADD COLUMN warned_at BIGINT NOT NULL DEFAULT 0;
