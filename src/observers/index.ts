import { hostProcess } from './process.ts';
import { sys } from './sys.ts';

/** Ways of looking at a broker beside the load. */
export const observers = { $SYS: sys, process: hostProcess };
