# The image of Tekton: Node.js, the compiled server and the packages that it needs at run time.
#
#   docker build --tag tekton:0.1.0 --build-arg VERSION=0.1.0 --build-arg REVISION="$(git rev-parse HEAD)" .
#
# It runs as a user without rights and writes no file, so the root file system can be read-only.

# By exact version. For builds that cannot change under the same name give the digest too, as
# `docker buildx imagetools inspect` tells it: --build-arg NODE_IMAGE=node:<version>@sha256:<digest>
ARG NODE_IMAGE=node:22.23.3-bookworm-slim

# ---- The compiled server ----

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No scripts of packages: none is needed, and one that is never run can do no harm. With the optional
# packages, as what makes the bundle comes as one of them for each platform.
RUN npm ci --ignore-scripts --workspaces=false
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/bundle.mjs ./scripts/
COPY src ./src
RUN npm run build

# ---- The packages of a running server ----

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The optional packages are the embedded PostgreSQL of `npm start`: a deployed Tekton has its own.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --workspaces=false \
    # Types and maps are for those who write code.
    && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete

# ---- The image ----

FROM ${NODE_IMAGE}

ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Tekton" \
      org.opencontainers.image.description="Configuration repository of a Kaa IoT cluster" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# What installs packages has no use here, except to an intruder.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
    /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-*

ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# package.json says that these are ES modules, and which version this is.
COPY --chmod=644 package.json LICENSE ./

# `node` of the base image. As a number, so that Kubernetes can see that it is not root.
USER 1000:1000

# REST, and health and metrics.
EXPOSE 8080 8081

# Settings are read from there unless the environment names another place. Mount the folder, not the
# file: a change that replaces the file is then seen.
ENV TEKTON_CONFIG_FILE=/srv/tekton/service-config.yml

STOPSIGNAL SIGTERM

# Whether the process works; that it can serve is said by /health/ready. Whoever moves the management
# port does so by MANAGEMENT_PORT, so that it is known here too.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --start-interval=2s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.MANAGEMENT_PORT || 8081) + '/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# No shell in between: signals reach Tekton itself.
ENTRYPOINT ["node", "dist/bundle/main.js"]
