# syntax=docker/dockerfile:1

# One static file in an empty image, run by nobody in particular.
#   docker build -t ticketbell --build-arg VERSION=$(git describe --tags --always) \
#     --build-arg COMMIT=$(git rev-parse HEAD) --build-arg BUILT_AT=$(date -u +%Y-%m-%dT%H:%M:%SZ) .
#   docker run --read-only -p 8080:8080 -v ticketbell:/data ticketbell

FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build
WORKDIR /src

# The modules change less often than the code: a layer of their own.
COPY go.mod go.sum ./
RUN go mod download

COPY . .
ARG TARGETOS TARGETARCH
ARG VERSION=dev COMMIT= BUILT_AT=
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -buildvcs=false -trimpath -tags timetzdata,nomsgpack \
      -ldflags "-s -w -X main.version=$VERSION -X main.commit=$COMMIT -X main.builtAt=$BUILT_AT" \
      -o /out/ticketbell ./cmd/bot
# An empty image cannot make folders: the one for the data, and one for SQLite's temporary files.
RUN mkdir -p /out/data /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/tmp /tmp
COPY --from=build /out/ticketbell /ticketbell

ARG VERSION=dev COMMIT= BUILT_AT=
LABEL org.opencontainers.image.title="ticketbell" \
      org.opencontainers.image.description="Tells the right people, on the channel they read, that a ticket changed, and lets them act from the message." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT" \
      org.opencontainers.image.created="$BUILT_AT"

ENV TICKETBELL_HTTP_LISTEN=0.0.0.0:8080 \
    TICKETBELL_DATA_DIR=/data
USER 65532:65532
VOLUME /data
EXPOSE 8080

# The image has no shell and no curl: the binary asks itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["/ticketbell", "healthcheck"]

ENTRYPOINT ["/ticketbell"]
CMD ["serve"]
