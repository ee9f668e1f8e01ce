import { readMessage, type Notification } from 'tekton-client';
import { describe, expect, it } from 'vitest';
import { toScmpMessage } from '../../src/scmp/scmp-message.js';
import { readMessages, type NamedMessage, type RecordedMessage } from './cases.js';

const { messages, unreadable } = readMessages();

describe('a recorded message', () => {
  it.each(messages)('is read by tekton-client: $name', (message) => {
    expect(read(message)).toEqual(notificationOf(message));
  });

  // 17/SCMP alone has no headers, but Tekton always sends them.
  const sent = messages.filter(({ says }) => says.position !== null);
  it.each(sent)('is what Tekton sends: $name', ({ says, ...recorded }) => {
    const message = toScmpMessage(
      {
        message_id: recorded.headers['Nats-Msg-Id'] ?? '',
        position: `${says.position}`,
        operation: says.operation,
        service_instance_name: says.kind === 'targeted' ? 'epts' : null,
        tenant_id: says.tenantId,
        app_name: says.appName,
        app_version_name: says.appVersionName,
        revision: says.revision === null ? null : `${says.revision}`,
        correlation_id: says.correlationId,
        created_at: new Date(says.timestamp),
      },
      { instanceName: 'tekton', replicaId: 'tekton-7c9f' },
    );
    const { subject, headers, payload } = message;
    expect({ subject, headers, payload: Buffer.from(payload).toString('hex') }).toEqual({
      subject: recorded.subject,
      headers: recorded.headers,
      payload: recorded.payload,
    });
  });

  it.each(unreadable)('is refused by tekton-client: $name', (message) => {
    expect(() => read(message)).toThrow();
  });
});

function read({ subject, headers, payload }: RecordedMessage): Notification {
  return readMessage(Buffer.from(payload, 'hex'), {
    kind: subject.startsWith('kaa.v1.events.') ? 'broadcast' : 'targeted',
    subject,
    header: (name) => headers[name] ?? '',
  });
}

function notificationOf({ says }: NamedMessage): Notification {
  const { revision, position, ...others } = says;
  return { ...others, revision: revision ?? undefined, position: position ?? undefined };
}
