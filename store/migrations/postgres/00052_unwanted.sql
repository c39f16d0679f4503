-- +goose Up

-- Which groups of news somebody switched off; '' is none.
ALTER TABLE users ADD COLUMN unwanted TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE users DROP COLUMN unwanted;
