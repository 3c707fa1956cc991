using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using RIL.Tests.Web.Runs;
using RIL.Web.Api;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Tests.Web.Data;

/// <summary>Whatever becomes of a writer, the next one's turn comes at once; a database that stays busy is a sentence.</summary>
public sealed class WriteGateTests : IDisposable
{
    private readonly RunPageBench _bench = new();
    private readonly WriteGate _gate = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AWriterWhoseRowsAreRefused_GivesItsTurnBack(bool asynchronously)
    {
        Run run = _bench.Add();
        using RilDb db = Open();
        db.Add(new Run { Id = run.Id, Name = "twice", Config = "{}" });
        if (asynchronously) await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(Cancellation));
        else Assert.Throws<DbUpdateException>(() => db.SaveChanges());
        AssertFree();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AWriterWhoComesSecond_GivesItsTurnBack(bool asynchronously)
    {
        Run run = _bench.Add();
        using RilDb first = Open(), second = Open();
        foreach (RilDb db in (RilDb[])[first, second]) db.Runs.Single(r => r.Id == run.Id).Version++;
        await first.SaveChangesAsync(Cancellation);
        if (asynchronously) await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => second.SaveChangesAsync(Cancellation));
        else Assert.Throws<DbUpdateConcurrencyException>(() => second.SaveChanges());
        AssertFree();
    }

    [Fact]
    public async Task AWriterWhoLeavesTheLine_TakesNoTurn_AndOneWhoLeavesWhileItWrites_GivesItBack()
    {
        using var left = new CancellationTokenSource();
        using (await _gate.Enter(Cancellation))
        {
            Task waiting = Add(Open()).SaveChangesAsync(left.Token);
            await left.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }
        AssertFree();

        using var leaving = new CancellationTokenSource();
        using RilDb db = Add(Open(new Leaving(leaving)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => db.SaveChangesAsync(leaving.Token));
        AssertFree();
    }

    [Fact]
    public async Task Writers_ComeOneAfterTheOther_InTheOrderOfTheirComing()
    {
        IDisposable turn = await _gate.Enter(Cancellation);
        Task<IDisposable> second = _gate.Enter(Cancellation), third = _gate.Enter(Cancellation);
        Assert.False(second.IsCompleted || third.IsCompleted);
        turn.Dispose();
        turn.Dispose(); // twice gives one turn back
        using (await second) Assert.False(third.IsCompleted);
        (await third).Dispose();
        AssertFree();
    }

    [Fact]
    public async Task ADatabaseThatStaysBusy_IsASentence()
    {
        foreach (Exception busy in (Exception[])[new SqliteException("database is locked", 5), new DbUpdateException("failed", new SqliteException("database is locked", 5))])
        {
            object? answer = await ProblemOf.Input(EndpointFilterInvocationContext.Create(new DefaultHttpContext()), _ => throw busy);
            var problem = Assert.IsType<ProblemHttpResult>(answer);
            Assert.Equal(StatusCodes.Status503ServiceUnavailable, problem.StatusCode);
            Assert.Contains("repeat the request", problem.ProblemDetails.Detail, StringComparison.Ordinal);
        }
        await Assert.ThrowsAsync<SqliteException>(async () => await ProblemOf.Input(EndpointFilterInvocationContext.Create(new DefaultHttpContext()), _ => throw new SqliteException("disk I/O error", 10)));
    }

    // A turn that is free is had without waiting.
    private void AssertFree()
    {
        Task<IDisposable> turn = _gate.Enter(Cancellation);
        Assert.True(turn.IsCompletedSuccessfully, "The turn was not given back.");
        turn.Result.Dispose();
    }

    private static RilDb Add(RilDb db)
    {
        db.Add(new Run { Id = Identifier.Create(), Name = "new", Config = "{}" });
        return db;
    }

    private RilDb Open(params IInterceptor[] more)
    {
        var options = new DbContextOptionsBuilder<RilDb>();
        DataFeature.Configure(options, _bench.Storage.Database);
        return new RilDb(options.AddInterceptors(_gate).AddInterceptors(more).Options);
    }

    private sealed class Leaving(CancellationTokenSource leaving) : DbCommandInterceptor
    {
        public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            await leaving.CancelAsync();
            return result;
        }
    }
}
