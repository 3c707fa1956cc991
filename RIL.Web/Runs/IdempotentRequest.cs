using Microsoft.EntityFrameworkCore;

namespace RIL.Web.Runs;

/// <summary>A creation that its caller may repeat after a lost answer: the same key gives the same run.</summary>
[PrimaryKey(nameof(UserId), nameof(Key))]
public sealed class IdempotentRequest
{
    /// <summary>Who asked.</summary>
    public required string UserId { get; init; }

    /// <summary>The caller's <c>Idempotency-Key</c>.</summary>
    public required string Key { get; init; }

    /// <summary>SHA-256 of what was asked for, hexadecimal: the same key with another body is a mistake.</summary>
    public required string BodyHash { get; init; }

    /// <summary>The run that came of it.</summary>
    public required string RunId { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
