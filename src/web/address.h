/* Network addresses as text and back. */
#ifndef WEB_ADDRESS_H
#define WEB_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { WEB_ADDRESS = 46 }; /* bytes of the longest, with its NUL */

/* Where to listen: an IPv4 or IPv6 address with a port; false for anything else. */
bool web_address_parse(struct sockaddr_storage *out, const char *text, uint16_t port);
/* The address of a peer, without its port; "" where there is none. */
void web_address_text(char text[WEB_ADDRESS], const struct sockaddr *address);

#endif
