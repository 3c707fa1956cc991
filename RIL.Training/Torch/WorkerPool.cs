using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace RIL.Training.Torch;

/// <summary>
/// Threads that each run whole forward and backward passes on their own share of a batch. For small models this is far faster than several
/// threads inside one operator: nobody waits for anybody until the share is done. Dispose scopes and grad mode are per thread, so a share
/// sets its own.
/// </summary>
public sealed class WorkerPool : IDisposable
{
    private static readonly ConcurrentDictionary<int, Lazy<WorkerPool>> Pools = new();
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _starts;
    private readonly CountdownEvent _finished = new(0);
    private readonly ExceptionDispatchInfo?[] _failures;
    private Action<int>? _work;
    private volatile bool _disposed;

    /// <summary>Starts the threads of all workers but the first, which is the caller.</summary>
    public WorkerPool(int count)
    {
        Count = count;
        _failures = new ExceptionDispatchInfo?[count];
        _starts = [.. Enumerable.Range(0, count).Select(_ => new SemaphoreSlim(0))];
        _threads = [.. Enumerable.Range(1, count - 1)
            .Select(worker => new Thread(() => Serve(worker), 16 << 20) { IsBackground = true, Name = $"torch worker {worker}" })];
        foreach (Thread thread in _threads) thread.Start();
    }

    /// <summary>The process's pool of so many workers; its threads live as long as the process.</summary>
    public static WorkerPool Shared(int count) =>
        Pools.GetOrAdd(count, static c => new Lazy<WorkerPool>(() => new WorkerPool(c))).Value;

    /// <summary>Number of workers.</summary>
    public int Count { get; }

    /// <summary>
    /// Runs the work once for every worker number at the same time and returns when all are done; the first failure is rethrown.
    /// </summary>
    public void Run(Action<int> work)
    {
        if (Count == 1)
        {
            work(0);
            return;
        }
        _work = work;
        _finished.Reset(Count - 1);
        foreach (SemaphoreSlim start in _starts.Skip(1)) start.Release();
        Attempt(0);
        _finished.Wait();
        ExceptionDispatchInfo? failure = _failures.FirstOrDefault(f => f is not null);
        Array.Clear(_failures);
        failure?.Throw();
    }

    /// <summary>
    /// Gives item i to worker i modulo their number: the same items meet on the same worker every time, so sums are formed in the same
    /// order.
    /// </summary>
    public void ForEach<T>(IReadOnlyList<T> items, Action<int, T> work) => Run(worker =>
    {
        for (int i = worker; i < items.Count; i += Count) work(worker, items[i]);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        foreach (SemaphoreSlim start in _starts) start.Release();
        foreach (Thread thread in _threads) thread.Join();
    }

    private void Serve(int worker)
    {
        while (true)
        {
            _starts[worker].Wait();
            if (_disposed) return;
            Attempt(worker);
            _finished.Signal();
        }
    }

    private void Attempt(int worker)
    {
        try
        {
            _work!(worker);
        }
        catch (Exception e)
        {
            _failures[worker] = ExceptionDispatchInfo.Capture(e);
        }
    }
}
