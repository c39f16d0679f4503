-- +goose Up

-- On which channels a person is told, as JSON; '' is as the installation has it.
ALTER TABLE users ADD COLUMN ways TEXT NOT NULL DEFAULT '';
