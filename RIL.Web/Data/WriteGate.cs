using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RIL.Web.Data;

/// <summary>
/// SQLite lets one connection write at a time; who comes second polls. This gate lets writers of the process wait in line instead, woken when it is their turn.
/// It spares waiting and is no lock to rely on: another process, or a writer that does not ask, is still held off by the database itself.
/// </summary>
public sealed class WriteGate : SaveChangesInterceptor
{
    // Somebody who holds the database and waits here at the same time would wait for himself.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConditionalWeakTable<DbContext, IDisposable> _held = [];

    /// <summary>Waits for a turn, which lasts until the result is disposed.</summary>
    public async Task<IDisposable> Enter(CancellationToken cancellation = default) => new Turn(await _turn.WaitAsync(Patience, cancellation) ? _turn : null);

    /// <inheritdoc/>
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        if (Waits(eventData.Context) is { } context) _held.AddOrUpdate(context, new Turn(_turn.Wait(Patience) ? _turn : null));
        return result;
    }

    /// <inheritdoc/>
    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (Waits(eventData.Context) is { } context) _held.AddOrUpdate(context, await Enter(cancellationToken));
        return result;
    }

    /// <inheritdoc/>
    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Leave(eventData.Context);
        return result;
    }

    /// <inheritdoc/>
    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Leave(eventData.Context);
        return ValueTask.FromResult(result);
    }

    /// <inheritdoc/>
    public override void SaveChangesFailed(DbContextErrorEventData eventData) => Leave(eventData.Context);

    /// <inheritdoc/>
    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Leave(eventData.Context);
        return Task.CompletedTask;
    }

    // Of a row that somebody else changed, EF Core tells by this alone.
    /// <inheritdoc/>
    public override InterceptionResult ThrowingConcurrencyException(ConcurrencyExceptionEventData eventData, InterceptionResult result)
    {
        Leave(eventData.Context);
        return result;
    }

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult> ThrowingConcurrencyExceptionAsync(ConcurrencyExceptionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        Leave(eventData.Context);
        return ValueTask.FromResult(result);
    }

    /// <inheritdoc/>
    public override void SaveChangesCanceled(DbContextEventData eventData) => Leave(eventData.Context);

    /// <inheritdoc/>
    public override Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        Leave(eventData.Context);
        return Task.CompletedTask;
    }

    // Inside a transaction the database is held already.
    private static DbContext? Waits(DbContext? context) => context?.Database.CurrentTransaction is null ? context : null;

    private void Leave(DbContext? context)
    {
        if (context is null || !_held.TryGetValue(context, out IDisposable? turn)) return;
        _held.Remove(context);
        turn.Dispose();
    }

    private sealed class Turn(SemaphoreSlim? turn) : IDisposable
    {
        private SemaphoreSlim? _turn = turn;

        public void Dispose() => Interlocked.Exchange(ref _turn, null)?.Release();
    }
}
