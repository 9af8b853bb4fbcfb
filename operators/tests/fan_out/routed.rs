use futures::join;
use millpond_operators::fan_out::Routed;
use millpond_operators::flow;

const MAIN: Routed<u8, char> = Routed::Main(1);
const SIDE: Routed<u8, char> = Routed::Side('a');

#[test]
fn each_output_gets_its_own_items() {
    assert_eq!([MAIN.main(), SIDE.main()], [Some(1), None]);
    assert_eq!([MAIN.side(), SIDE.side()], [None, Some('a')]);
    assert_eq!([MAIN.is_main(), SIDE.is_main()], [true, false]);
    assert_eq!([MAIN.is_side(), SIDE.is_side()], [false, true]);
}

#[test]
fn an_item_can_be_lent_and_changed() {
    assert_eq!(MAIN.as_ref(), Routed::Main(&1));
    assert_eq!(SIDE.as_ref(), Routed::Side(&'a'));
    assert_eq!(MAIN.map_main(u16::from), Routed::Main(1_u16));
    assert_eq!(SIDE.map_main(u16::from), Routed::Side('a'));
    assert_eq!(MAIN.map_side(String::from), Routed::Main(1));
    assert_eq!(SIDE.map_side(String::from), Routed::Side("a".to_owned()));
}

#[test]
fn a_result_is_routed_and_back() {
    for result in [Ok(1), Err('a')] {
        assert_eq!(Result::from(Routed::from(result)), result);
    }
    assert_eq!(Routed::from(Err::<u8, _>('a')), SIDE);
}

#[tokio::test]
async fn a_flow_of_them_is_split_as_results() {
    let (mains, sides) = flow([MAIN, SIDE]).map(Result::from).split_result(1);
    let both: (Vec<_>, Vec<_>) = join!(mains.collect(), sides.collect());

    assert_eq!(both, (vec![1], vec!['a']));
}
