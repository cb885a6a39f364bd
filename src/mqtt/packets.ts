export type Qos = 0 | 1 | 2;
export type Protocol = '3.1' | '3.1.1' | '5';
