-- +goose Up

-- The picture beside the name of the installation. There is one, or none.
CREATE TABLE logo (
    slot       BIGINT PRIMARY KEY CHECK (slot = 1),
    hash       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    width      BIGINT NOT NULL,
    height     BIGINT NOT NULL,
    bytes      BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    content    BYTEA NOT NULL
);

-- +goose Down
DROP TABLE logo;
