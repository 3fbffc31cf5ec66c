/* Locks held for a moment: see lock.h. */
#include "base/lock.h"

void lock_init(pthread_mutex_t *lock)
{
    pthread_mutexattr_t as;
    pthread_mutexattr_init(&as);
#ifdef __GLIBC__
    pthread_mutexattr_settype(&as, PTHREAD_MUTEX_ADAPTIVE_NP);
#endif
    pthread_mutex_init(lock, &as);
    pthread_mutexattr_destroy(&as);
}
