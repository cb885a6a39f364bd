import type { Group } from '../scenario/groups.ts';
import type { GroupPlan } from './plan.ts';

type AsSent = Pick<GroupPlan['session'], 'cleanStart' | 'resumes' | 'sessionExpiryS'>;

type Asking = Pick<Group, 'session' | 'protocol' | 'clientId'>;

/**
 * What CONNECT says of the session. A kept one begins anew and is resumed from then on. MQTT 3 has one flag for both, so it
 * never says CleanSession [MQTT-3.1.2-4]; on MQTT 5 Clean Start is said where the id may have been used before or the server
 * assigns it, and only there: Mosquitto 2.0.11 does not save sessions whose last connection said it.
 */
export function asSent({ session, protocol, clientId }: Asking): AsSent {
  if (session === 'clean') return { cleanStart: true, resumes: false };
  if ('expiry' in session) {
    if (protocol !== '5') return { cleanStart: false, resumes: true };
    return { cleanStart: !clientId.includes('{run}'), resumes: true, sessionExpiryS: session.expiry / 1000 };
  }
  const { cleanStart, sessionExpiry } = session;
  const expiry = protocol === '5' && sessionExpiry !== undefined ? { sessionExpiryS: sessionExpiry / 1000 } : {};
  return { cleanStart, resumes: !cleanStart, ...expiry };
}

/** Whether brokers keep sessions beyond a connection, and what becomes of these at the end. */
export function keptAtEnd(group: Asking): GroupPlan['kept'] {
  const { cleanStart, resumes, sessionExpiryS = 0 } = asSent(group);
  const stays = group.protocol === '5' ? sessionExpiryS > 0 : resumes && !cleanStart;
  if (!stays || group.session === 'clean') return false;
  return group.session.leave ? 'leave' : 'remove';
}
