-- +goose Up

-- When a person wants no new message, as JSON; '' is never.
ALTER TABLE users ADD COLUMN quiet TEXT NOT NULL DEFAULT '';
