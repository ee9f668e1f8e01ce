// Written so that old versions of Node can read it: it is there to tell them off.

/** Ends the process with a message if Tekton cannot run on this Node or operating system. */
export function requireSupportedPlatform() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(
      `Tekton needs Node.js 20.19 or later; this is ${process.version}. See https://nodejs.org/.`,
    );
    process.exit(1);
  }
  if (process.platform === 'win32') {
    console.error('Use `docker compose up` on Windows, or `npm start` within WSL.');
    process.exit(1);
  }
}
