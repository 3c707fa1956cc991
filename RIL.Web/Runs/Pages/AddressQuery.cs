using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace RIL.Web.Runs.Pages;

/// <summary>
/// What stands in the address behind the question mark, for parts of a page that come and go with it: <see cref="SupplyParameterFromQueryAttribute"/> is for pages, and ends the circuit
/// where a part that uses it goes away while the new address is announced.
/// </summary>
internal sealed class AddressQuery(NavigationManager navigation)
{
    private readonly Dictionary<string, StringValues> _values = QueryHelpers.ParseQuery(new Uri(navigation.Uri).Query);

    /// <summary>A value; null where it is absent or empty.</summary>
    public string? this[string name] => _values.TryGetValue(name, out StringValues values) && values.Count > 0 && values[^1] is { Length: > 0 } value ? value : null;

    /// <summary>A whole number; null where there is none.</summary>
    public long? Whole(string name) => long.TryParse(this[name], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
