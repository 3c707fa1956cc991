using System.Collections.Concurrent;
using RIL.Web.Data;

namespace RIL.Web.Accounts;

/// <summary>
/// Knows the open connections of signed-in people and ends them: circuits, hubs and streams do not outlive a sign-out, another role, or the loss of the account.
/// A sign-in that was ended stays so, over restarts of the site too, until its cookie would have expired; all sign-ins of a person end by the security stamp as well,
/// which stands in the database.
/// </summary>
public sealed class Sessions(Storage storage, TimeProvider clock)
{
    /// <summary>How long a cookie works without being renewed.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(14);

    private readonly EndedSessions _ended = new(storage.EndedSessions, Longest);
    private readonly ConcurrentDictionary<Connection, bool> _open = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _people = new(StringComparer.Ordinal);

    /// <summary>Connections that are open now.</summary>
    public int Open => _open.Count;

    /// <summary>Notes a connection until disposed; <paramref name="end"/> cuts it.</summary>
    public IDisposable Track(string person, string? session, Action end)
    {
        var connection = new Connection(this, person, session, end);
        _open[connection] = true;
        return connection;
    }

    /// <summary>Ends one sign-in: its cookie and its connections.</summary>
    public void EndSession(string session)
    {
        _ended.Add(session, clock.GetUtcNow());
        Cut(c => c.Session == session);
    }

    /// <summary>Ends all sign-ins of a person.</summary>
    public void EndAll(string person)
    {
        _people[person] = clock.GetUtcNow();
        Cut(c => c.Person == person);
    }

    /// <summary>Whether a cookie belongs to a sign-in that was ended.</summary>
    /// <param name="person">Whose cookie it is.</param>
    /// <param name="session">The sign-in.</param>
    /// <param name="began">When it began; the cookie's own time of issue is cut to seconds, and is renewed.</param>
    public bool IsEnded(string? person, string? session, DateTimeOffset? began) =>
        (session is not null && _ended.Contains(session)) || (person is not null && _people.TryGetValue(person, out DateTimeOffset at) && (began is null || began <= at));

    private void Cut(Func<Connection, bool> which)
    {
        foreach (Connection connection in _open.Keys.Where(which)) connection.End();
    }

    private sealed class Connection(Sessions sessions, string person, string? session, Action end) : IDisposable
    {
        public string Person => person;

        public string? Session => session;

        public void End() => end();

        public void Dispose() => sessions._open.TryRemove(this, out _);
    }
}
