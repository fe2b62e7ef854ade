//! The threads that scrub and score, and the few notes that may wait for them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use crate::problem::Problem;

type Work = Box<dyn FnOnce() + Send>;

/// A fixed number of threads with a bounded queue: what does not fit is turned away at once, so that waiting stays short.
pub(crate) struct Pool(SyncSender<Work>);

impl Pool {
    /// # Errors
    /// When the system starts no thread.
    pub(crate) fn new(workers: usize, queue: usize) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel::<Work>(queue);
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..workers {
            let receiver = receiver.clone();
            thread::Builder::new().name(format!("worker-{number}")).spawn(move || work(&receiver))?;
        }
        Ok(Self(sender))
    }

    /// Runs `work` on one of the threads.
    ///
    /// # Errors
    /// When the queue is full, or the work panicked.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let (answer, result) = oneshot::channel();
        let work = Box::new(move || {
            // Who asked may have gone: then there is nothing to do for it.
            if !answer.is_closed() {
                let _ = answer.send(work());
            }
        });
        self.0.try_send(work).map_err(|_| Problem::busy())?;
        result.await.map_err(|_| Problem::internal())
    }
}

fn work(receiver: &Mutex<Receiver<Work>>) {
    loop {
        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        // A panic drops the answer, which the one who asked sees; the thread goes on.
        let _ = catch_unwind(AssertUnwindSafe(work));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_does_not_fit_is_turned_away() {
        let pool = Pool::new(1, 1).unwrap();
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let (start, started) = oneshot::channel();
        let mut first = Box::pin(pool.run(move || {
            let _ = start.send(());
            gate.recv().is_ok()
        }));
        // The first is taken by the thread and stays there; the second, asked for once, waits in the queue.
        tokio::select! { _ = &mut first => unreachable!(), started = started => started.unwrap() }
        let mut second = Box::pin(pool.run(|| 2));
        tokio::select! { biased; _ = &mut second => unreachable!(), () = std::future::ready(()) => {} }
        assert!(pool.run(|| 3).await.is_err());
        open.send(()).unwrap();
        assert!(first.await.unwrap());
        assert_eq!(second.await.unwrap(), 2);
    }

    #[tokio::test]
    async fn a_panic_ends_no_thread() {
        let pool = Pool::new(1, 1).unwrap();
        assert!(pool.run(|| panic!("expected by this test")).await.is_err());
        assert_eq!(pool.run(|| 1).await.unwrap(), 1);
    }
}
