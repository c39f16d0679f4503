-- +goose Up

-- What the sender said it sent the message as, '' where it said nothing.
ALTER TABLE deliveries ADD COLUMN form TEXT NOT NULL DEFAULT '';
