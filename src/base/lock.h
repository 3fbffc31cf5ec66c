/* Locks that are held for a moment only: a few reads and writes of memory, hardly ever a call of
 * the kernel. One under which files are read is a common pthread_mutex_t. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <pthread.h>

/* Makes such a lock; pthread_mutex_destroy ends it. Who finds it taken looks again for a moment
 * before going to sleep: a request takes a dozen of them, and two threads that wake each other at
 * every one of them get half as much done. Where the system knows no such locks it is a common one.
 */
void lock_init(pthread_mutex_t *lock);

#endif
