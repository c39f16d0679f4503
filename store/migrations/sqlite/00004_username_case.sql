-- +goose Up

-- Usernames that differ in case only belong to one person. The index is not unique:
-- two of them may be on record from before.
CREATE INDEX users_username_case ON users (lower(username));
