//! When loads run: within the execution that asks for them, and only once it can go no further without.

use std::{
    future::poll_fn,
    mem,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker, ready},
};

use futures::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered, task::AtomicWaker};

/// Loads that wait for the execution to pause.
#[derive(Clone, Default)]
pub(in crate::graphql) struct Queue {
    waiting: Arc<Mutex<Vec<BoxFuture<'static, ()>>>>,
}

/// Whether an execution has called to be polled again.
#[derive(Default)]
struct Calls {
    has_called: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Calls {
    fn wake(self: Arc<Self>) {
        self.has_called.store(true, Ordering::SeqCst);
        self.task.wake();
    }
}

impl Queue {
    /// Runs an execution and the loads that it asks for: whenever it can go no further, all that it has asked for by then; what
    /// it asks for meanwhile waits until those have ended. So what two fields of one level lead to is asked for at the same
    /// time, whichever was answered first. The execution goes on while they run: it may hold the database connection that they
    /// wait for.
    pub(in crate::graphql) async fn drive<T>(self, execution: impl Future<Output = T>) -> T {
        let mut execution = pin!(execution);
        let mut running = FuturesUnordered::new();
        let calls = Arc::new(Calls::default());
        let waker = Waker::from(Arc::clone(&calls));
        poll_fn(|context| {
            calls.task.register(context.waker());
            loop {
                calls.has_called.store(false, Ordering::SeqCst);
                if let Poll::Ready(done) = execution.as_mut().poll(&mut Context::from_waker(&waker))
                {
                    return Poll::Ready(done);
                }
                if running.is_empty() {
                    if calls.has_called.load(Ordering::SeqCst) {
                        // It goes on without loads, and asks for more.
                        return Poll::Pending;
                    }
                    running.extend(self.asked());
                }
                if running.is_empty() {
                    return Poll::Pending;
                }
                ready!(running.poll_next_unpin(context));
            }
        })
        .await
    }

    /// Has a load wait until the execution pauses.
    pub(super) fn push(&self, load: BoxFuture<'static, ()>) {
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(load);
    }

    fn asked(&self) -> Vec<BoxFuture<'static, ()>> {
        mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{sync::Semaphore, time};

    use super::*;

    #[tokio::test]
    async fn a_load_gets_what_the_execution_holds() {
        let connections = Arc::new(Semaphore::new(1));
        let queue = Queue::default();
        let (waiting, pool) = (Arc::clone(&queue.waiting), Arc::clone(&connections));
        let load = async move {
            drop(pool.acquire().await);
        };
        let execution = async {
            let connection = connections.acquire().await;
            waiting.lock().expect("nothing panics").push(Box::pin(load));
            // A statement of its own, which is answered while the load runs.
            time::sleep(Duration::from_millis(1)).await;
            drop(connection);
        };
        let done = time::timeout(Duration::from_secs(10), queue.drive(execution)).await;
        assert!(done.is_ok(), "each waits for the other");
    }
}
