/* sink: takes any number of MQTT 3.1.1 clients, accepts each CONNECT, and throws away all else that they send.
 *
 *   cc -O2 -o sink sink.c
 *   sink            listens on a free port of 127.0.0.1, prints it, and ends when its standard input does */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what) { perror(what); exit(1); }
static void watch(int poll, int fd) {
  struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e)) die("epoll_ctl");
}

int main(void) {
  static char buffer[1 << 18], welcomed[1 << 16];
  int server = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof a;
  if (bind(server, (void *)&a, sizeof a) || listen(server, 4096) || getsockname(server, (void *)&a, &length)) die("listen");
  fcntl(server, F_SETFL, O_NONBLOCK);
  printf("%d\n", ntohs(a.sin_port));
  fflush(stdout);
  watch(poll, server);
  watch(poll, 0);
  for (;;) {
    struct epoll_event events[256];
    int n = epoll_wait(poll, events, 256, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == 0) return 0;
      if (fd == server) {
        int client;
        while ((client = accept4(server, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          if (client >= (int)sizeof welcomed) die("too many clients");
          welcomed[client] = 0;
          watch(poll, client);
        }
        continue;
      }
      ssize_t got = recv(fd, buffer, sizeof buffer, 0);
      if (got <= 0) { close(fd); continue; }
      /* CONNECT is the first packet [MQTT-3.1.0-1]; all of it comes at once over loopback. */
      if (!welcomed[fd]) { welcomed[fd] = 1; if (send(fd, "\x20\2\0\0", 4, 0) != 4) close(fd); }
    }
  }
}
