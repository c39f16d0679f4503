-- +goose Up

-- fixed is true when the message that is out can never be changed.
ALTER TABLE deliveries ADD COLUMN fixed BOOLEAN NOT NULL DEFAULT FALSE;
