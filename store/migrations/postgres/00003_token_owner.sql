-- +goose Up

-- username is whose token it is; '' for a program's.
ALTER TABLE tokens ADD COLUMN username TEXT NOT NULL DEFAULT '';
