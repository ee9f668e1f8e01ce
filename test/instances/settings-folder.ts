import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FILE = 'service-config.yml';

/** A folder with a settings file, which is replaced in the ways in which such files are. */
export class SettingsFolder {
  private readonly path = mkdtempSync(join(tmpdir(), 'tekton-reload-'));
  private mounted = 0;

  /** The path that Tekton is told. */
  get file(): string {
    return join(this.path, FILE);
  }

  /**
   * As Kubernetes mounts a ConfigMap: the files lie in a folder of their own, to which a symbolic link
   * is swapped; the names that are told lead through that link.
   */
  mount(files: Record<string, string>): void {
    const version = `..version-${++this.mounted}`;
    mkdirSync(join(this.path, version));
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(this.path, version, name), content);
      this.link(join('..data', name), name);
    }
    this.link(version, '..data');
    rmSync(join(this.path, `..version-${this.mounted - 1}`), { recursive: true, force: true });
  }

  /** As most editors and `mv` do it: a new file takes the place of the old one. */
  rename(content: string, name = FILE): void {
    const next = join(this.path, `.${name}.new`);
    writeFileSync(next, content);
    renameSync(next, join(this.path, name));
  }

  /** As `>` of a shell does it: the same file is emptied and filled. */
  write(content: string, name = FILE): void {
    writeFileSync(join(this.path, name), content);
  }

  /** A named pipe takes the place of the file; nobody has written to it yet. */
  pipe(name = FILE): string {
    const path = join(this.path, name);
    execFileSync('mkfifo', [`${path}.pipe`]);
    renameSync(`${path}.pipe`, path);
    return path;
  }

  removeFile(): void {
    rmSync(this.file);
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }

  private link(target: string, name: string): void {
    const next = join(this.path, `.${name}.link`);
    symlinkSync(target, next);
    renameSync(next, join(this.path, name));
  }
}
