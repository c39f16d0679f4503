-- +goose Up

-- The zone times are written in for somebody; '' is that of the installation.
ALTER TABLE users ADD COLUMN timezone TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE users DROP COLUMN timezone;
