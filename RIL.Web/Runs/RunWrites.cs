using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using RIL.Web.Data;

namespace RIL.Web.Runs;

/// <summary>Changes of stored runs that are decided anew where somebody else's change came in between: that is no reason to refuse.</summary>
internal static class RunWrites
{
    private const int MostAttempts = 20, SqliteConstraint = 19;

    /// <summary>Reads, changes and saves; from the start where what was read is no longer what is stored. Gives what the change gave.</summary>
    public static async Task<T> Retry<T>(this IDbContextFactory<RilDb> databases, Func<RilDb, Task<T>> change)
    {
        for (int attempt = 1; ; attempt++)
        {
            await using RilDb db = await databases.CreateDbContextAsync();
            try
            {
                T result = await change(db);
                await db.SaveChangesAsync();
                return result;
            }
            catch (DbUpdateException e) when (attempt < MostAttempts && (e is DbUpdateConcurrencyException || e.InnerException is SqliteException { SqliteErrorCode: SqliteConstraint }))
            {
                // Look again, and decide again.
            }
        }
    }
}
