/** What `mqtt-stress init` writes: valid as it is, small enough for the embedded broker. */
export function starterScenario(schemaFile: string): string {
  return `# yaml-language-server: $schema=${schemaFile}
#
# A load test of an MQTT broker; with the line above, editors complete and check as you type.
# mqtt-stress check validates it and tells what it will do, without connecting; mqtt-stress run runs it.
name: My first scenario
description: 20 sensors publish once a second; one dashboard reads along.

# Without brokers an embedded one is started, for trying out. Name your own to test it:
# brokers:
#   - mqtt://127.0.0.1:1883
#   - { url: mqtt://broker.example:1883, username: load, password: "\${MQTT_PASSWORD}" } # from the environment

warmUp: 1s # traffic that is not counted
duration: 5s # traffic that is; for a real test at least a minute
drain: 5s # at most so long for what is in flight at the end

groups: # clients that share settings; the names are yours
  sensors:
    clients: 20
    connect: { rate: 100/s } # how fast they connect
    publish:
      topic: "sensors/{index}/temperature" # {index} is the number of the client, from 0
      qos: 1
      rate: 1/s # of each client; totalRate: of the group; max: as fast as it goes
      payload: 256B # random bytes; or { json: { value: "{random:100}", stamp: "{stamp}" } }

  dashboard:
    subscribe:
      topic: "sensors/+/temperature"
      qos: 1

thresholds: # these decide the exit code: 0 where all hold, 99 where one does not
  messages_lost: "count == 0"
  # Generous, and a warning only; for a real test ask what your users need.
  delivery_time: { expect: "p(99) < 1s", level: warn }
`;
}
